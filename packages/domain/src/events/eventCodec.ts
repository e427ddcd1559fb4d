import { Ajv, type ValidateFunction } from "ajv";
import type { DomainEvent, EventCatalog, EventVersion } from "./eventCatalog.ts";

/** The defect of an event that was read or is about to be stored. */
export type EventErrorCode = "UNKNOWN_EVENT_TYPE" | "UNKNOWN_SCHEMA_VERSION" | "INVALID_EVENT_DATA";

export class EventError extends Error {
  override readonly name = "EventError";
  readonly code: EventErrorCode;

  constructor(code: EventErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type EncodedEvent = { readonly type: string; readonly schemaVersion: number; readonly data: unknown };

export type EventCodec<Event extends DomainEvent> = {
  /** The version under which this event type is stored now. */
  readonly currentVersion: (type: Event["type"]) => number;
  /** Throws `EventError` unless the event matches the current schema of its type. Only events that match may be appended. */
  readonly assertValid: (event: Event) => void;
  /** Validates by the schema of the event's own version, then upcasts to the current one. Throws `EventError`. */
  readonly decode: (encoded: EncodedEvent) => Event;
  /** Upcasts like `decode`, without validation, for events that were validated when they were stored. */
  readonly upcast: (encoded: EncodedEvent) => Event;
};

type CompiledVersion = EventVersion & { readonly isValid: ValidateFunction };

/** Compiles every schema once, so create one codec for each catalog when the program starts. */
export const createEventCodec = <Event extends DomainEvent>(catalog: EventCatalog<Event>): EventCodec<Event> => {
  const ajv = new Ajv({ allErrors: true });
  const compiled = new Map<string, readonly CompiledVersion[]>(
    Object.entries<EventCatalog<Event>[Event["type"]]>(catalog).map(([type, { versions }]) => [
      type,
      versions.map((version) => ({ ...version, isValid: ajv.compile(version.schema) })),
    ]),
  );

  const versionsOf = (type: string): readonly CompiledVersion[] => {
    const versions = compiled.get(type);
    if (versions === undefined) throw new EventError("UNKNOWN_EVENT_TYPE", `unknown event type "${type}"`);
    return versions;
  };

  const versionOf = ({ type, schemaVersion }: EncodedEvent): CompiledVersion => {
    const versions = versionsOf(type);
    const version = versions[schemaVersion - 1];
    if (version === undefined) {
      throw new EventError(
        "UNKNOWN_SCHEMA_VERSION",
        `${type} has schema version ${schemaVersion}, this program knows 1 to ${versions.length}`,
      );
    }
    return version;
  };

  const assertMatches = ({ isValid }: CompiledVersion, { type, schemaVersion, data }: EncodedEvent): void => {
    if (isValid(data)) return;
    const text = ajv.errorsText(isValid.errors, { dataVar: "data" });
    throw new EventError("INVALID_EVENT_DATA", `${type} version ${schemaVersion} does not match its schema: ${text}`);
  };

  const upcast = (encoded: EncodedEvent): Event => {
    versionOf(encoded);
    const newer = versionsOf(encoded.type).slice(encoded.schemaVersion);
    const data = newer.reduce<unknown>((previous, version) => version.upcast?.(previous as Record<string, unknown>), encoded.data);
    // The cast is safe because the catalog's type lists every event type with its current shape. Stored data becomes an event only here.
    return { type: encoded.type, data } as Event;
  };

  return {
    currentVersion: (type) => versionsOf(type).length,
    assertValid: ({ type, data }) => {
      const encoded = { type, schemaVersion: versionsOf(type).length, data };
      assertMatches(versionOf(encoded), encoded);
    },
    decode: (encoded) => {
      assertMatches(versionOf(encoded), encoded);
      return upcast(encoded);
    },
    upcast,
  };
};
