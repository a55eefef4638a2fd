import { useLayoutEffect, useRef } from 'preact/hooks';
import { closeToast, showFault, type Toast, toasts } from '../state/toasts.js';
import { texts } from '../texts.js';
import { Icon } from './icon.js';

/** What has just happened, with "Undo" where that is possible. Readers announce it. */
export function ToastList() {
  const list = useRef<HTMLDivElement>(null);
  const { length } = toasts.value;
  useLayoutEffect(() => {
    // Shown again, so that it lies above a dialog that was opened since.
    if (list.current?.matches(':popover-open')) list.current.hidePopover();
    if (length > 0) list.current?.showPopover?.();
  }, [length]);
  return (
    <div ref={list} class="toasts" popover="manual" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastLine({ toast: { id, text, isFault, undo } }: { toast: Toast }) {
  const takeBack = () => {
    closeToast(id);
    undo?.().catch(showFault);
  };
  return (
    <div class={`toast ${isFault ? 'is-fault' : ''}`}>
      <span>{text}</span>
      {undo && (
        <button type="button" class="quiet" onClick={takeBack}>
          {texts.undo}
        </button>
      )}
      <button type="button" class="quiet square" aria-label={texts.close} onClick={() => closeToast(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
