import { useState } from "preact/hooks";
import type { Session } from "../api/types.ts";
import { Link, pathOf, type Place } from "../app/router.tsx";
import { Confirm, type Question } from "../parts/Confirm.tsx";
import { AuditLogTab } from "./AuditLogTab.tsx";
import { ChecksTab } from "./ChecksTab.tsx";
import { MessagePage } from "./MessagePage.tsx";
import { MessagesTab } from "./MessagesTab.tsx";
import { OutboxTab } from "./OutboxTab.tsx";

const tabs = [
  ["messages", "Stuck messages"],
  ["outbox", "Unsent events"],
  ["checks", "Check and rebuild"],
  ["log", "Log"],
] as const;

/** How a tab asks before it does something: `done` is called when it was done. */
export type Ask = (question: Question, done: () => void) => void;

/** What stands still, and how it goes on. */
export const RepairPage = ({ place, session }: { readonly place: Place; readonly session: Session }) => {
  const [, tab = "messages", id] = place.parts;
  const [asked, setAsked] = useState<{ question: Question; done: () => void } | undefined>();
  const ask: Ask = (question, done) => setAsked({ question, done });
  return (
    <>
      <div class="page-head">
        <h1>Repair</h1>
        {session.can_repair ? null : <span class="faint">You may look. To repair, your token needs the scope console:repair.</span>}
      </div>
      <nav class="tabs" aria-label="Repair">
        {tabs.map(([name, title]) => (
          <Link key={name} to={pathOf("repair", name)} current={name === tab}>
            {title}
          </Link>
        ))}
      </nav>
      {tab === "messages" && id !== undefined ? <MessagePage key={id} id={id} session={session} ask={ask} /> : null}
      {tab === "messages" && id === undefined ? <MessagesTab place={place} session={session} ask={ask} /> : null}
      {tab === "outbox" ? <OutboxTab place={place} session={session} ask={ask} /> : null}
      {tab === "checks" ? <ChecksTab session={session} ask={ask} place={place} /> : null}
      {tab === "log" ? <AuditLogTab /> : null}
      {asked === undefined ? null : (
        <Confirm
          question={asked.question}
          close={(isDone) => {
            setAsked(undefined);
            if (isDone) asked.done();
          }}
        />
      )}
    </>
  );
};
