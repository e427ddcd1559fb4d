import { useState } from "preact/hooks";
import { type ApiError, token } from "../api/client.ts";

/** Takes a token. It stays in this tab, and is sent to this console only. */
export const SignIn = ({ error, done }: { readonly error: ApiError; readonly done: () => void }) => {
  const [text, setText] = useState("");
  const wasRefused = token.get() !== null;
  return (
    <form
      class="card sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        token.set(text.trim().replace(/^Bearer\s+/i, ""));
        done();
      }}
    >
      <h1>Sign in</h1>
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
      {wasRefused ? (
        <p class="failed-text" role="alert">
          The token was refused: {error.message}
        </p>
      ) : null}
      <div class="actions">
        <button type="submit" class="primary">
          Sign in
        </button>
      </div>
    </form>
  );
};
