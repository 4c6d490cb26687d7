// Why somebody did not come in by single sign-on: the server says one word, which stands in an address.

const ASK = 'Ask whoever administers it.';

const REASONS: Record<string, string> = {
	account_elsewhere:
		'There is an account with your address already, and it is not in this organization. Ask for an invitation, accept it with that account, and then come in by single sign-on.',
	account_taken: 'There is an account with this address already. Try once more.',
	begin_again: 'Press the button to sign in: another page has sent you here.',
	deactivated: 'You are deactivated in this organization.',
	email_missing: `Your provider did not say your e-mail address. ${ASK}`,
	email_unverified: `Your provider does not vouch for your e-mail address. ${ASK}`,
	flow_lost: 'This sign-in was not begun in this browser, or too long ago. Begin again.',
	foreign_domain: 'This organization does not take addresses of your domain.',
	needed: 'This organization is entered by its single sign-on.',
	no_single_sign_on: 'No single sign-on is set up for this organization.',
	not_invited: 'You are no member of this organization. Ask for an invitation.',
	provider_broken:
		'Your provider gave an answer that cannot be trusted, or none. An owner of the organization finds out more by its test.',
	provider_refused: 'Your provider did not let you in.',
	somebody_else:
		'Your address belongs to a member whom your provider knew as somebody else. An owner of the organization can unlink them.',
	too_many_attempts: 'Too many attempts; wait a while and try again.'
};

const UNKNOWN = 'You could not be signed in. Begin again.';

export const reasonOf = (code: string): string => (Object.hasOwn(REASONS, code) && REASONS[code]) || UNKNOWN;

export const CHECKS: Record<string, string> = {
	discovery: 'Provider',
	abilities: 'What it offers',
	keys: 'Keys',
	client: 'Client id and secret',
	redirect: 'Redirect address'
};
