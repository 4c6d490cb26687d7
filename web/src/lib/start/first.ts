// What a newcomer gets by one press: a policy that pages themselves at once.

export const rulesPaging = (user_id: string) => [
	{ delay_seconds: 0, targets: [{ type: 'user' as const, user_id }] }
];

export const firstPolicy = (user_id: string) => ({
	name: 'Default',
	is_default: true,
	rules: rulesPaging(user_id)
});
