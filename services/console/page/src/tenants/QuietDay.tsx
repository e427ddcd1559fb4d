type QuietDayProps = { readonly from: string | null; readonly to: string | null; readonly timeZone: string };

const hoursOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours + minutes / 60;
};

/** The parts of a day, in hours, that are quiet: two, if the quiet time goes over midnight. */
const quietParts = (from: string | null, to: string | null): readonly (readonly [number, number])[] => {
  if (from === null || to === null) return [];
  const [begin, end] = [hoursOf(from), hoursOf(to)];
  return begin <= end
    ? [[begin, end]]
    : [
        [0, end],
        [begin, 24],
      ];
};

/** What time it is for the shop, in hours. */
const nowIn = (timeZone: string): number | undefined => {
  try {
    return hoursOf(new Date().toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }));
  } catch {
    return undefined;
  }
};

const width = 480;
const x = (hours: number): number => (width * hours) / 24;

/** A day of the shop, with the time in which nobody is reminded. */
export const QuietDay = ({ from, to, timeZone }: QuietDayProps) => {
  const parts = quietParts(from, to);
  const now = nowIn(timeZone);
  const said =
    from === null || to === null
      ? "A day without quiet time."
      : `A day with quiet time from ${from.slice(0, 5)} to ${to.slice(0, 5)} in ${timeZone}.`;
  return (
    <figure class="quiet-day">
      <svg viewBox={`-8 0 ${width + 16} 64`} role="img" aria-label={said}>
        <rect x="0" y="14" width={width} height="24" rx="6" class="awake" />
        {parts.map(([begin, end]) => (
          <rect key={begin} x={x(begin)} y="14" width={x(end) - x(begin)} height="24" rx="6" class="asleep" />
        ))}
        {[0, 6, 12, 18, 24].map((hour) => (
          <text key={hour} x={x(hour)} y="56" text-anchor={hour === 0 ? "start" : hour === 24 ? "end" : "middle"}>
            {`${String(hour).padStart(2, "0")}:00`}
          </text>
        ))}
        {now === undefined ? null : <line x1={x(now)} x2={x(now)} y1="8" y2="44" class="now" />}
      </svg>
      <figcaption class="faint">
        <span class="swatch asleep" /> nobody is reminded <span class="swatch now" /> now, in {timeZone}
      </figcaption>
    </figure>
  );
};
