// Before the first paint, so that a chosen theme does not flash in the other one.
try {
	const theme = localStorage.getItem('pulsar.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;
} catch {
	// No storage: the system's theme stands.
}
