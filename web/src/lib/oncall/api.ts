// What the console asks the server about schedules and who is on call.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { PageOf } from '$lib/api/types';
import type {
	MyShift,
	OverrideInput,
	OverridePatch,
	PreviewInput,
	RotationInput,
	RotationPatch,
	Schedule,
	ScheduleInput,
	ScheduleOnCall
} from './types';

const at = (schedule_id: string) => ({ params: { path: { schedule_id } } });
const rotationAt = (schedule_id: string, rotation_id: string) => ({
	params: { path: { schedule_id, rotation_id } }
});
const overrideAt = (schedule_id: string, override_id: string) => ({
	params: { path: { schedule_id, override_id } }
});

export interface ScheduleQuery {
	search?: string;
	team_id?: string;
	cursor?: string;
	page_size?: number;
}

export const schedules = (query: ScheduleQuery = {}): Promise<PageOf<Schedule>> =>
	take(api.GET('/api/v1/schedules', { params: { query: { page_size: 50, ...query } } }));

export const schedule = (id: string) => take(api.GET('/api/v1/schedules/{schedule_id}', at(id)));

export const createSchedule = (body: ScheduleInput) => take(api.POST('/api/v1/schedules', { body }));

/** With the version that was edited: a change made meanwhile is refused, not overwritten. */
export const editSchedule = (id: string, version: number, body: ScheduleInput) =>
	take(api.PATCH('/api/v1/schedules/{schedule_id}', { ...at(id), body: { ...body, version } }));

export const deleteSchedule = (id: string) => take(api.DELETE('/api/v1/schedules/{schedule_id}', at(id)));

export const calendar = (schedule_id: string, query: { from: string; to: string }) =>
	take(api.GET('/api/v1/schedules/{schedule_id}/shifts', { params: { path: { schedule_id }, query } }));

export const createRotation = (id: string, body: RotationInput) =>
	take(api.POST('/api/v1/schedules/{schedule_id}/rotations', { ...at(id), body }));

export const editRotation = (id: string, rotation: string, body: RotationPatch & { version: number }) =>
	take(
		api.PATCH('/api/v1/schedules/{schedule_id}/rotations/{rotation_id}', {
			...rotationAt(id, rotation),
			body
		})
	);

export const removeRotation = (id: string, rotation: string) =>
	take(api.DELETE('/api/v1/schedules/{schedule_id}/rotations/{rotation_id}', rotationAt(id, rotation)));

/** What would come of a change; writes nothing. */
export const preview = (id: string, body: PreviewInput, signal?: AbortSignal) =>
	take(api.POST('/api/v1/schedules/{schedule_id}/preview', { ...at(id), body, signal }));

export const createOverride = (id: string, body: OverrideInput) =>
	take(api.POST('/api/v1/schedules/{schedule_id}/overrides', { ...at(id), body }));

export const editOverride = (id: string, override: string, body: OverridePatch) =>
	take(
		api.PATCH('/api/v1/schedules/{schedule_id}/overrides/{override_id}', {
			...overrideAt(id, override),
			body
		})
	);

/** One that has begun ends now; one that has not is gone. */
export const removeOverride = (id: string, override: string) =>
	take(api.DELETE('/api/v1/schedules/{schedule_id}/overrides/{override_id}', overrideAt(id, override)));

export const onCallEverywhere = (
	query: { team_id?: string; cursor?: string; page_size?: number } = {}
): Promise<PageOf<ScheduleOnCall>> =>
	take(api.GET('/api/v1/oncall', { params: { query: { page_size: 50, ...query } } }));

export const myShifts = (query: { from: string; to: string }): Promise<{ items: MyShift[] }> =>
	take(api.GET('/api/v1/oncall/shifts', { params: { query: { user_id: 'me', ...query } } }));

/** From a little before now: a shift that is running is cut there, and has begun. */
export const twoMonths = (now: number) => ({
	from: new Date(now - 60_000).toISOString(),
	to: new Date(now + 61 * 24 * 3_600_000).toISOString()
});
