import { Temporal } from "temporal-polyfill";

/**
 * When customers are left alone: while a clock on a wall of the time zone shows
 * `from` or later and not yet `to`. `from` after `to` goes across midnight; two
 * times that are equal mean never.
 */
export type QuietTime = {
  /** "22:00:00" */
  readonly from: string;
  readonly to: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
};

/**
 * The end of the quiet time that `now` is in; `undefined` outside of it. When the
 * clocks go forward over `to`, that is the moment in which they do. When they go
 * back over it, each of the two hours is judged by what the clock shows, so it may
 * be quiet again after the end: ask again at the time that was returned.
 *
 * Throws a `RangeError` for a time zone that this runtime does not know.
 */
export const quietUntil = (now: Date, { from, to, timeZone }: QuietTime): Date | undefined => {
  const [start, end] = [Temporal.PlainTime.from(from), Temporal.PlainTime.from(to)];
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  const shown = local.toPlainTime();
  const hasBegun = Temporal.PlainTime.compare(shown, start) >= 0;
  const hasNotEnded = Temporal.PlainTime.compare(shown, end) < 0;
  const acrossMidnight = Temporal.PlainTime.compare(start, end) > 0;
  if (!(acrossMidnight ? hasBegun || hasNotEnded : hasBegun && hasNotEnded)) return undefined;

  const day = local.toPlainDate().add({ days: hasNotEnded ? 0 : 1 });
  return new Date(whenClockReaches(day.toPlainDateTime(end), timeZone, local).epochMilliseconds);
};

/** The first moment after `since` in which the clock shows this time, or jumps over it. */
const whenClockReaches = (time: Temporal.PlainDateTime, timeZone: string, since: Temporal.ZonedDateTime): Temporal.ZonedDateTime => {
  const reached = time.toZonedDateTime(timeZone);
  // Moved behind the gap by its length: the clock never shows it.
  if (!reached.toPlainDateTime().equals(time)) return reached.getTimeZoneTransition("previous") ?? reached;
  // The clock shows it twice, and `since` is in between.
  if (Temporal.ZonedDateTime.compare(reached, since) <= 0) return time.toZonedDateTime(timeZone, { disambiguation: "later" });
  return reached;
};
