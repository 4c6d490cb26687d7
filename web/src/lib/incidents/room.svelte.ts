// What can be done to an incident as a whole, and how far it has got.
import { Problem } from '$lib/api/problem';
import type { IncidentDetail, IncidentStatus } from '$lib/api/types';
import { toasts } from '$lib/ui/toasts.svelte';
import { editIncident } from './api';
import { INCIDENT_STATUS_NAMES } from './words';

export type RoomQuestion = 'edit' | 'merge' | 'delete';

export class Room {
	/** The dialog that is open. */
	question = $state<RoomQuestion | null>(null);
	/** The status that is on its way. */
	setting = $state<IncidentStatus | null>(null);
	/** The one that was just set here: a word about it is welcome. */
	set = $state<IncidentStatus | null>(null);

	constructor(
		private readonly incident: () => IncidentDetail,
		readonly renew: () => Promise<unknown>
	) {}

	async become(status: IncidentStatus): Promise<void> {
		const { id, version, status: before } = this.incident();
		if (this.setting || status === before) return;
		this.setting = status;
		try {
			await editIncident(id, { status, version });
			this.set = status;
		} catch (failure) {
			if (failure instanceof Problem && failure.code === 'stale_version') toasts.fail(standing(failure));
			else toasts.fail(failure);
		} finally {
			await this.renew();
			this.setting = null;
		}
	}

	/** Of an incident that is resolved: its alerts are over too. */
	closeAlerts = async (): Promise<void> => {
		await editIncident(this.incident().id, { status: 'resolved', close_alerts: true });
		await this.renew();
	};
}

function standing({ current }: Problem): string {
	const { status } = current as IncidentDetail;
	return `Somebody changed the incident before you, so nothing was set: it is ${INCIDENT_STATUS_NAMES[status]} now. Press again if you still want to.`;
}
