import type { ComponentChildren } from 'preact';

/** What to do next, where there is nothing to show. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
