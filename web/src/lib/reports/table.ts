// How the cells of all tables of figures look.
export const HEAD =
	'whitespace-nowrap px-4 py-2 max-sm:px-2.5 text-left text-[0.8125rem] font-medium text-muted';
export const CELL = 'px-4 py-2 align-top max-sm:px-2.5';
