import { Temporal } from "temporal-polyfill";

/**
 * The daily time during which customers are left alone. It begins when a wall clock in
 * the time zone shows `from`, and ends when it shows `to`. If `from` is later than `to`,
 * the quiet time extends across midnight; if both are equal, there is no quiet time.
 */
export type QuietTime = {
  /** A local time, such as "22:00:00". */
  readonly from: string;
  readonly to: string;
  /** An IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
};

/**
 * Returns the end of the quiet time that `now` is in, which is always later than `now`, or
 * `undefined` outside of quiet time. If the clocks go forward over `to`, the quiet time ends
 * at that moment. If they go back over it, both hours are judged by what the clock shows,
 * so it may be quiet again after the end: call this function again at the returned time.
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

/**
 * Returns the moments at which the clock shows this time: two if the clocks go back over it. If the clock jumps
 * over it, returns the moment of the jump.
 */
const whenClockReaches = (time: Temporal.PlainDateTime, timeZone: string): Temporal.ZonedDateTime[] => {
  const earlier = time.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  // If the clock never shows this time, Temporal has moved it to before the jump, which is the zone's next transition from there.
  if (!earlier.toPlainDateTime().equals(time)) return [earlier.getTimeZoneTransition("next") ?? earlier];
  return [earlier, time.toZonedDateTime(timeZone, { disambiguation: "later" })];
};
