// How far has a new organization got on its way to the first page? Read from what is really there.
import type { Channel, Integration, Policy } from '$lib/api/types';

export interface Reality {
	channels: Channel[];
	policies: Policy[];
	integrations: Integration[];
	alerts: number;
	delivered: number;
	/** Members and open invitations, without oneself. */
	colleagues: number;
}

export type StepId = 'channel' | 'policy' | 'integration' | 'alert' | 'page' | 'colleague';

export interface Step {
	id: StepId;
	done: boolean;
	title: string;
	text: string;
	/** Good to have, but one can be paged without it. */
	optional?: true;
}

/** A policy that notifies somebody. */
export const reaches = (policy: Policy): boolean => policy.rules.some((rule) => rule.targets.length > 0);

export function steps(reality: Reality): Step[] {
	const { channels, policies, integrations, alerts, delivered, colleagues } = reality;
	return [
		{
			id: 'channel',
			done: channels.some((channel) => channel.enabled),
			title: 'Add a way to reach people',
			text: 'Your mail server, Slack, Teams, Telegram, ntfy or a webhook.'
		},
		{
			id: 'policy',
			done: policies.some(reaches),
			title: 'Say who is paged',
			text: 'An escalation policy: who is paged first, and who next when nobody acknowledges.'
		},
		{
			id: 'integration',
			done: integrations.length > 0,
			title: 'Create an integration',
			text: 'An address that your monitoring sends its alerts to.'
		},
		{
			id: 'alert',
			done: alerts > 0,
			title: 'Send the first alert',
			text: 'Paste the command into a terminal. It shows up here by itself.'
		},
		{
			id: 'page',
			done: delivered > 0,
			title: 'Get paged',
			text: 'The first page is delivered over your channel.'
		},
		{
			id: 'colleague',
			done: colleagues > 0,
			title: 'Invite a colleague',
			text: 'Nobody is on call every night. With two of you, a schedule can say whose turn it is.',
			optional: true
		}
	];
}

/** The step to do now. */
export const current = (all: Step[]): Step | undefined => all.find((step) => !step.done && !step.optional);
