// Which picture stands for which kind of channel; one that has none here is a bell.
import Bell from '@lucide/svelte/icons/bell';
import Hash from '@lucide/svelte/icons/hash';
import Mail from '@lucide/svelte/icons/mail';
import Message from '@lucide/svelte/icons/message-square';
import Phone from '@lucide/svelte/icons/phone';
import Push from '@lucide/svelte/icons/smartphone';
import Telegram from '@lucide/svelte/icons/send';
import Users from '@lucide/svelte/icons/users';
import Webhook from '@lucide/svelte/icons/webhook';

const ICONS: Record<string, typeof Bell> = {
	email: Mail,
	ntfy: Push,
	slack: Hash,
	slack_app: Hash,
	sms: Message,
	teams: Users,
	telegram: Telegram,
	voice: Phone,
	web_push: Push,
	webhook: Webhook
};

export const iconOf = (slug: string): typeof Bell => ICONS[slug] ?? Bell;
