import { Temporal } from "temporal-polyfill";

export type LocalDay = {
  /** The calendar day, such as 2026-06-10. */
  readonly day: string;
  /** The first moment of the next day. */
  readonly end: Date;
};

/** Returns the day that a calendar in the time zone shows at this moment. Throws a `RangeError` for an unknown time zone. */
export const localDay = (now: Date, timeZone: string): LocalDay => {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const end = new Date(today.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds);
  return { day: today.toString(), end };
};
