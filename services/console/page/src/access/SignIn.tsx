import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import { completeSignIn, readIssuer, signInAt } from "./access.ts";
import type { Issuer } from "./openIdConnect.ts";
import { tokens } from "./tokens.ts";

type SignInProps = {
  readonly error: ApiError | undefined;
  /** Whether the person was signed in until a moment ago. */
  readonly hasEnded: boolean;
  readonly done: () => void;
};

/** Lets a person sign in at the issuer, or paste a token. The token stays in this tab. */
export const SignIn = ({ error, hasEnded, done }: SignInProps) => {
  const [issuer, setIssuer] = useState<Issuer | null | undefined>();
  useEffect(() => void readIssuer().then(setIssuer, () => setIssuer(null)), []);
  if (issuer === undefined) return null;
  const wasRefused = tokens.get() !== undefined;
  return (
    <section class="card sign-in" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{hasEnded ? "Sign in again" : "Sign in"}</h1>
      {hasEnded ? (
        <p class="ended" role="status">
          Your session has ended. Sign in again, and you come back to this page.
        </p>
      ) : wasRefused ? (
        <p class="failed-text" role="alert">
          The token was refused{error === undefined ? "" : `: ${error.message}`}
        </p>
      ) : null}
      {issuer === null ? (
        <PasteToken done={done} />
      ) : (
        <>
          <AtIssuer issuer={issuer} />
          <details>
            <summary>Use a token instead</summary>
            <PasteToken done={done} />
          </details>
        </>
      )}
    </section>
  );
};

const AtIssuer = ({ issuer }: { readonly issuer: Issuer }) => {
  const [state, setState] = useState<{ leaving: boolean; failure?: string }>({ leaving: false });
  const start = async (): Promise<void> => {
    setState({ leaving: true });
    try {
      await signInAt(issuer);
    } catch (error) {
      setState({ leaving: false, failure: sayFailure(error) });
    }
  };
  return (
    <>
      <p>See carts and the system, and repair what is stuck.</p>
      {state.failure === undefined ? null : (
        <p class="failed-text" role="alert">
          {state.failure}
        </p>
      )}
      <button type="button" class="primary large" onClick={() => void start()} disabled={state.leaving}>
        Sign in with {new URL(issuer.issuer).host}
      </button>
    </>
  );
};

const PasteToken = ({ done }: { readonly done: () => void }) => {
  const [text, setText] = useState("");
  return (
    <form
      class="paste-token"
      onSubmit={(event) => {
        event.preventDefault();
        tokens.set({ access: text.trim().replace(/^Bearer\s+/i, "") });
        done();
      }}
    >
      <p>
        Paste an access token of your shop's identity provider. To look around it needs the scope <code>console:read</code>, and{" "}
        <code>carts:admin</code> to see the carts of other people.
      </p>
      <label for="token">Access token</label>
      <textarea
        id="token"
        rows={5}
        required
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="actions">
        <button type="submit" class="primary">
          Sign in
        </button>
      </div>
    </form>
  );
};

/** Where the issuer sends the browser back to. `done` gets the path at which the person began. */
export const SignedIn = ({ done }: { readonly done: (path: string) => void }) => {
  const [failure, setFailure] = useState<string | undefined>();
  useEffect(() => {
    const complete = async (): Promise<void> => {
      try {
        done(await completeSignIn());
      } catch (error) {
        setFailure(sayFailure(error));
      }
    };
    void complete();
  }, []);
  if (failure === undefined)
    return (
      <div class="state" role="status">
        <span class="spinner" aria-hidden="true" /> Signing in …
      </div>
    );
  return (
    <section class="card sign-in">
      <h1>You are not signed in</h1>
      <p class="failed-text" role="alert">
        {failure}
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => done("/")}>
          Try again
        </button>
      </div>
    </section>
  );
};

/** What the issuer says about a refusal, or what went wrong on the way to it. */
const sayFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if ("error_description" in error && typeof error.error_description === "string") return `The issuer says: ${error.error_description}`;
  if ("error" in error && typeof error.error === "string") return `The issuer says: ${error.error.replaceAll("_", " ")}.`;
  if (error.name === "TypeError" || error.name === "TimeoutError") return "The issuer does not answer.";
  return error.message;
};
