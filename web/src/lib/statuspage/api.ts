// What the console asks the server about the status page.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type {
	ComponentState,
	IncidentStatus,
	PageOf,
	PublicComponent,
	PublicNotice,
	PublicReader,
	StateOf,
	StatusPage
} from '$lib/api/types';

const at = (id: string) => ({ params: { path: { component_id: id } } });
const about = (id: string) => ({ params: { path: { notice_id: id } } });

export const statusPage = (): Promise<StatusPage> => take(api.GET('/api/v1/status-page'));

export const editStatusPage = (patch: {
	enabled?: boolean;
	slug?: string | null;
	title?: string;
	description?: string;
	version: number;
}) => take(api.PATCH('/api/v1/status-page', { body: patch }));

export const components = (): Promise<PublicComponent[]> => take(api.GET('/api/v1/status-page/components'));

export interface ComponentInput {
	name: string;
	description: string;
	group_name: string;
}

export const createComponent = (input: ComponentInput) =>
	take(api.POST('/api/v1/status-page/components', { body: input }));

export const editComponent = (
	id: string,
	patch: Partial<ComponentInput> & { position?: number; version?: number }
) => take(api.PATCH('/api/v1/status-page/components/{component_id}', { ...at(id), body: patch }));

export const setState = (id: string, state: ComponentState) =>
	take(api.PUT('/api/v1/status-page/components/{component_id}/state', { ...at(id), body: { state } }));

export const deleteComponent = (id: string) =>
	take(api.DELETE('/api/v1/status-page/components/{component_id}', at(id)));

export const noticesOf = (incident: string): Promise<PageOf<PublicNotice>> =>
	take(api.GET('/api/v1/status-page/notices', { params: { query: { incident_id: incident } } }));

export const notices = (cursor?: string): Promise<PageOf<PublicNotice>> =>
	take(api.GET('/api/v1/status-page/notices', { params: { query: { page_size: 10, cursor } } }));

/** All of it is public. */
export interface Told {
	/** Only of a new notice. */
	title: string;
	status: IncidentStatus;
	text: string;
	components: StateOf[];
}

/** Begins with a title, and goes on below it. */
export const tellPublic = (
	incident: string | null,
	notice: PublicNotice | null,
	{ title, ...update }: Told
): Promise<PublicNotice> =>
	take(
		notice
			? api.POST('/api/v1/status-page/notices/{notice_id}/updates', { ...about(notice.id), body: update })
			: api.POST('/api/v1/status-page/notices', { body: { incident_id: incident, title, ...update } })
	);

export const withdrawNotice = (id: string) =>
	take(api.DELETE('/api/v1/status-page/notices/{notice_id}', about(id)));

export const readers = (cursor?: string): Promise<PageOf<PublicReader>> =>
	take(api.GET('/api/v1/status-page/readers', { params: { query: { page_size: 20, cursor } } }));

export const removeReader = (id: string) =>
	take(api.DELETE('/api/v1/status-page/readers/{reader_id}', { params: { path: { reader_id: id } } }));

/** What one has to know to tell the public something. */
export async function setup(): Promise<Setup> {
	const [page, list] = await Promise.all([statusPage(), components()]);
	return { page, components: list };
}

export interface Setup {
	page: StatusPage;
	components: PublicComponent[];
}
