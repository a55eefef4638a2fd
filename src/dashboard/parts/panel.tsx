import type { ComponentChildren } from 'preact';

/** A part of a view under a title of its own; wide tables scroll in it. */
export function Panel({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached with the keyboard
    <section class="panel table-box" tabIndex={0} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
