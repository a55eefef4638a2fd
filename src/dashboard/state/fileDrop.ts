import { useState } from 'preact/hooks';

/**
 * Takes files that are dropped on an element.
 *
 * @param onFiles called with them
 * @returns the handlers of the element, and whether files are held over it
 */
export function useFileDrop(onFiles: (files: File[]) => void) {
  const [isOver, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) onFiles(files);
    },
  };
  return { handlers, isOver };
}

/** A file that misses its target would open in place of the page. */
export function keepPageOnDrop(): void {
  for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault());
}
