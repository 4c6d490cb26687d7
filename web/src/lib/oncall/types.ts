// The server's words about schedules, named once.
import type { components } from '$lib/api/schema';

type Schemas = components['schemas'];

export type Calendar = Schemas['ShiftsView'];
export type Gap = Schemas['GapView'];
export type MyShift = Schemas['PersonalShift'];
export type OnCall = Schemas['OnCallView'];
export type Override = Schemas['OverrideView'];
export type OverridePatch = Schemas['OverrideChange'];
export type Participant = Schemas['ParticipantView'];
export type Preview = Schemas['PreviewView'];
export type PreviewInput = Schemas['Preview'];
export type Rotation = Schemas['RotationView'];
export type RotationPatch = Schemas['RotationChange'];
export type Schedule = Schemas['ScheduleView'];
export type ScheduleOnCall = Schemas['OnCallNow'];
export type SchedulePatch = Schemas['ScheduleChange'];
export type ScheduleProblem = Schedule['problems'][number];
export type Shift = Schemas['ShiftView'];
export type Window = Schemas['RestrictionView'];

export type Effective = NonNullable<RotationPatch['effective']>;
export type RotationType = Rotation['rotation_type'];
export type Turns = Rotation['turns'];
export type Unit = Rotation['unit'];

export interface PersonRef {
	id: string;
	name: string;
}

/** What a rotation does while it does it: now, or after a change that is to come. */
export type RotationPlan = Pick<
	Rotation,
	| 'rotation_type'
	| 'length'
	| 'unit'
	| 'starts_on'
	| 'handoff_time'
	| 'handoff_day'
	| 'ends_on'
	| 'restrictions'
	| 'turns'
	| 'participants'
>;

/** With nothing left to the server's choice. */
export type RotationInput = Required<Schemas['NewRotation']> & {
	unit: Unit;
	starts_on: string;
	restrictions: Window[];
};
export type OverrideInput = Required<Schemas['NewOverride']>;
export type ScheduleInput = Required<Omit<Schemas['NewSchedule'], 'rotations'>>;
