// A shift of one's own that somebody else is to take.
import type { Bar } from '../lanes';
import type { MyShift, Schedule } from '../types';

export interface Uncovered {
	scheduleId: string;
	scheduleName: string;
	zone: string;
	/** Null: whatever one has there. */
	rotationId: string | null;
	start: number;
	end: number;
}

export const ofBar = (bar: Bar, schedule: Schedule): Uncovered => ({
	scheduleId: schedule.id,
	scheduleName: schedule.name,
	zone: schedule.time_zone,
	rotationId: schedule.rotations.some(({ id }) => id === bar.rotationId) ? bar.rotationId : null,
	start: bar.start,
	end: bar.end
});

/** One that is put together of several rotations' is asked for as a whole. */
export const ofShift = ({ schedule, starts_at, ends_at }: MyShift): Uncovered => ({
	scheduleId: schedule.id,
	scheduleName: schedule.name,
	zone: schedule.time_zone,
	rotationId: null,
	start: Date.parse(starts_at),
	end: Date.parse(ends_at)
});
