import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import { toApiError } from "../api/useQuery.ts";
import { useModal } from "./useModal.ts";

export type Question = {
  readonly title: string;
  readonly text: ComponentChildren;
  /** The label of the button that does it. */
  readonly action: string;
  readonly danger?: boolean;
  /** Does it, and resolves to a sentence about the outcome. */
  readonly run: (progress: (text: string) => void) => Promise<string>;
};

/** Asks before an action, shows its progress and says how it ended. Escape closes it, unless the action runs. */
export const Confirm = ({ question, close }: { readonly question: Question; readonly close: (done: boolean) => void }) => {
  const dialog = useModal();
  const [state, setState] = useState<{ step: "asked" | "running" | "done"; said?: string; error?: ApiError }>({ step: "asked" });

  const run = async (): Promise<void> => {
    setState({ step: "running" });
    try {
      setState({ step: "done", said: await question.run((said) => setState({ step: "running", said })) });
    } catch (error) {
      setState({ step: "asked", error: toApiError(error) });
    }
  };

  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      onCancel={(event) => (state.step === "running" ? event.preventDefault() : close(state.step === "done"))}
    >
      <h2 id="confirm-title">{question.title}</h2>
      {state.step === "done" ? null : <div class="dialog-text">{question.text}</div>}
      <div aria-live="polite">
        {state.said === undefined ? null : <p class="said">{state.said}</p>}
        {state.error === undefined ? null : <p class="failed-text">{state.error.message}</p>}
      </div>
      <div class="actions">
        {state.step === "done" ? (
          <button type="button" class="primary" onClick={() => close(true)}>
            Close
          </button>
        ) : (
          <>
            <button type="button" onClick={() => close(false)} disabled={state.step === "running"}>
              Cancel
            </button>
            <button
              type="button"
              class={question.danger === true ? "danger" : "primary"}
              onClick={() => void run()}
              disabled={state.step === "running"}
            >
              {state.step === "running" ? "Working …" : question.action}
            </button>
          </>
        )}
      </div>
    </dialog>
  );
};
