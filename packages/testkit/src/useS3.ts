import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3, startS3 } from "@cart/tools";

export type TestS3 = {
  /** `s3://…` of a place in the suite's bucket, or in another bucket, which does not exist. Throws until the suite's `before` hooks have run. */
  readonly url: (prefix: string, bucket?: string) => string;
};

const suiteBucket = "suite";

/** Call it in a `describe`: its specs get a bucket on a server with S3's API. The server ends with the suite. It needs Python. */
export const useS3 = (): TestS3 => {
  let running: (RunningS3 & { readonly folder: string }) | undefined;

  before("start a server with S3's API", async function () {
    // The server may have to be installed.
    this.timeout(600_000);
    // The client of AWS takes its credentials from the environment; the server takes any.
    process.env["AWS_ACCESS_KEY_ID"] ??= "any";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "any";
    const folder = await mkdtemp(join(tmpdir(), "cart-s3-"));
    running = { ...(await startS3({ folder }, suiteBucket)), folder };
  });

  after("stop the server", async () => {
    if (running === undefined) return;
    await running.stop();
    await rm(running.folder, { recursive: true, force: true });
  });

  return {
    url: (prefix, bucket = suiteBucket) => {
      if (running === undefined) throw new Error("the server has not started yet: use it in a hook or an `it`, not in a `describe`");
      return `s3://${bucket}/${prefix}?region=eu-central-1&endpoint=${encodeURIComponent(running.endpoint)}`;
    },
  };
};
