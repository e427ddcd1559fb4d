import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Shows a dialog above the page, which keeps the focus in it, for as long as its component is there. Then the focus returns to what
 * had it before or, if that is gone, to the content of the page.
 */
export const useModal = (): RefObject<HTMLDialogElement | null> => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      // After the page has changed, because the change may take the opener away.
      window.setTimeout(() => {
        const isThere = opener instanceof HTMLElement && opener !== document.body && opener.isConnected;
        if (isThere) opener.focus();
        else document.querySelector<HTMLElement>("#content")?.focus();
      });
    };
  }, []);
  return dialog;
};
