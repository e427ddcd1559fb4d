import { Temporal } from "temporal-polyfill";

/**
 * The daily time in which customers are left alone: it begins when a clock on the
 * wall of the time zone shows `from`, and ends when it shows `to`. When `from` is
 * later than `to` it goes across midnight; when both are equal it never begins.
 */
export type QuietTime = {
  /** "22:00:00" */
  readonly from: string;
  readonly to: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
};

/**
 * The end of the quiet time that `now` is in, always later than `now`; `undefined`
 * outside of quiet time. When the clocks go forward over `to`, the quiet time ends
 * in that moment. When they go back over it, each of the two hours is judged by what
 * the clock shows, so it may be quiet again after the end: call this function again
 * at the time that it returned.
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

  const today = local.toPlainDate();
  const ends = [0, 1].flatMap((days) => whenClockReaches(today.add({ days }).toPlainDateTime(end), timeZone));
  return new Date(Math.min(...ends.map(({ epochMilliseconds }) => epochMilliseconds).filter((at) => at > now.getTime())));
};

/** The moments in which the clock shows this time, two where clocks go back over it; or the one in which it jumps over it. */
const whenClockReaches = (time: Temporal.PlainDateTime, timeZone: string): Temporal.ZonedDateTime[] => {
  const earlier = time.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  // The clock never shows this time: Temporal moved it before the jump, which is the zone's next transition from there.
  if (!earlier.toPlainDateTime().equals(time)) return [earlier.getTimeZoneTransition("next") ?? earlier];
  return [earlier, time.toZonedDateTime(timeZone, { disambiguation: "later" })];
};
