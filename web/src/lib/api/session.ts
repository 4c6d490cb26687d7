// Holds the access token, in memory only, and renews it from the HttpOnly cookie.
import { SignedOut } from './problem';

export interface Grant {
	accessToken: string;
	expiresInSeconds: number;
	organizationId: string;
}

export interface SessionWorld {
	/** Trades the cookie for a fresh grant; null when the session is over. */
	refresh(): Promise<Grant | null>;
	/** Runs alone among all tabs: refresh tokens rotate, and two tabs must not spend the same one. */
	exclusively<T>(work: () => Promise<T>): Promise<T>;
	now(): number;
	/** Another tab switched the organization that the cookie stands for. */
	organizationChanged(): void;
}

const MARGIN_MS = 30_000;

export class Session {
	#token: string | null = null;
	#expiresAt = 0;
	#organizationId: string | null = null;
	#renewing: Promise<string> | null = null;

	constructor(private readonly world: SessionWorld) {}

	/** What the next request is to be signed with. */
	async token(): Promise<string> {
		if (this.#token && this.world.now() < this.#expiresAt - MARGIN_MS) return this.#token;
		return this.renew(this.#token);
	}

	/** A token other than the refused one; many callers at once cause one refresh. */
	async renew(refused: string | null): Promise<string> {
		if (this.#token && this.#token !== refused) return this.#token;
		this.#renewing ??= this.#refresh().finally(() => (this.#renewing = null));
		return this.#renewing;
	}

	begin(grant: Grant): string {
		const changed = this.#organizationId !== null && this.#organizationId !== grant.organizationId;
		this.#token = grant.accessToken;
		this.#expiresAt = this.world.now() + grant.expiresInSeconds * 1000;
		this.#organizationId = grant.organizationId;
		if (changed) this.world.organizationChanged();
		return grant.accessToken;
	}

	end(): void {
		this.#token = null;
		this.#organizationId = null;
	}

	async #refresh(): Promise<string> {
		const grant = await this.world.exclusively(() => this.world.refresh());
		if (grant) return this.begin(grant);
		this.end();
		throw new SignedOut();
	}
}
