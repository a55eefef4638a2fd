import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useFileDrop } from '../state/fileDrop.js';

interface DropZoneProps {
  /** What to drop, on the button that opens the choice of files. */
  label: string;
  onFiles: (files: File[]) => void;
  children?: ComponentChildren;
}

/** Takes files that are dropped on it or chosen. */
export function DropZone({ label, onFiles, children }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const { handlers, isOver } = useFileDrop(onFiles);
  return (
    <div class={`drop ${isOver ? 'is-over' : ''}`} {...handlers}>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      {children}
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label={label}
        onChange={({ currentTarget }) => {
          if (currentTarget.files?.length) onFiles([...currentTarget.files]);
          currentTarget.value = '';
        }}
      />
    </div>
  );
}
