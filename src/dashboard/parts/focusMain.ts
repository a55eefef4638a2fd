/** Lets the keyboard go on in the view, where what had the focus is gone. */
export function focusMain(): void {
  document.getElementById('main')?.focus({ preventScroll: true });
}
