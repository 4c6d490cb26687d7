declare global {
	namespace App {
		interface Error {
			message: string;
			code?: string;
		}
		interface PageState {
			alertDraft?: boolean;
		}
	}
}

export {};
