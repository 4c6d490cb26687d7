// How everything looks that one types into or chooses from. 16 px on phones, or iOS zooms the page.
export const CONTROL =
	'bg-surface border-control w-full rounded-lg border px-3 text-fg placeholder:text-muted disabled:opacity-60 ' +
	'aria-invalid:border-p1 max-sm:text-base';
export const CONTROL_HEIGHT = 'h-9 max-sm:h-11';
