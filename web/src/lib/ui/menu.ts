// How every list looks that drops down from a button or a field.
export const MENU =
	'bg-raised shadow-raised z-50 max-h-80 min-w-48 overflow-y-auto rounded-xl border p-1 outline-none';
export const MENU_ITEM =
	'data-highlighted:bg-hover flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 outline-none ' +
	'data-disabled:opacity-50 max-sm:min-h-11';
