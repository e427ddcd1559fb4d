import { delayFor, type Logger, within } from "@cart/process-kit";

export type TopicLane = {
  /**
   * Runs `work`, which publishes rows of the topic. Resolves to its result, or to `undefined` after an outage of the topic, or when
   * the work takes so long that other topics must not wait for it. It then goes on, and the lane stays closed meanwhile.
   */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  /** Whether rows of the topic may be published now: no earlier work is in flight, and no pause after an outage. */
  readonly isOpen: () => boolean;
  /**
   * The error of the outage, if the last work failed and that is not long ago. Rows of a topic that is away are tried again
   * within seconds: if they are not, another relay has their shards by now, and this one is well.
   */
  readonly outage: () => unknown;
  /** Resolves when no work is in flight. */
  readonly settled: () => Promise<void>;
};

export type TopicLaneOptions = {
  readonly aggregateType: string;
  /** Called for each outage. */
  readonly onOutage: () => void;
  readonly logger: Logger;
  /** Milliseconds that the relay waits for one topic. */
  readonly patienceMs?: number;
  /** Milliseconds for which the error of an outage stays without another attempt. */
  readonly outageMemoryMs?: number;
};

/** Longer than Kafka needs when it is well, also for a large batch or while a partition gets another leader. */
const defaultPatienceMs = 1_000;

/** Longer than an attempt with all of kafkajs's retries, and the pause before it. */
const defaultOutageMemoryMs = 120_000;

/** The pause after an outage. kafkajs has already tried several times by then. */
const backoff = { baseMs: 100, maxMs: 2_000 };

/**
 * The way of rows to one topic. If Kafka does not take them, the fault is nobody's but the topic's or Kafka's:
 * no attempt is counted, and only rows of the same topic wait.
 */
export const createTopicLane = ({
  aggregateType,
  onOutage,
  logger,
  patienceMs = defaultPatienceMs,
  outageMemoryMs = defaultOutageMemoryMs,
}: TopicLaneOptions): TopicLane => {
  let inFlight: Promise<unknown> | undefined;
  let closedUntil = 0;
  let failures = 0;
  let lastError: unknown;
  let failedAt = 0;

  const succeeded = (): void => {
    if (failures > 0) logger.info({ aggregate_type: aggregateType, failures }, "the topic takes events again");
    failures = 0;
    lastError = undefined;
  };

  const failed = (error: unknown): void => {
    failures += 1;
    lastError = error;
    failedAt = performance.now();
    const retryInMs = delayFor(failures, backoff);
    closedUntil = performance.now() + retryInMs;
    logger.warn(
      { err: error, aggregate_type: aggregateType, failures, retry_in_ms: retryInMs },
      "the topic takes no events; its rows wait",
    );
    onOutage();
  };

  return {
    run: async (work) => {
      const working = work().then(
        (result) => {
          succeeded();
          return result;
        },
        (error: unknown) => failed(error),
      );
      const ending: Promise<unknown> = working.finally(() => (inFlight = undefined));
      inFlight = ending;
      // The work's own errors are handled above, so this catches the end of the patience.
      return (await within(patienceMs, working).catch(() => undefined)) ?? undefined;
    },
    isOpen: () => inFlight === undefined && performance.now() >= closedUntil,
    outage: () => (inFlight !== undefined || performance.now() - failedAt < outageMemoryMs ? lastError : undefined),
    settled: async () => void (await inFlight),
  };
};
