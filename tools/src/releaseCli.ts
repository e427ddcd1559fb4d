import { parseArgs } from "node:util";
import { onStopRequest } from "./onStopRequest.ts";
import { reportToStderr } from "./progress.ts";
import { release } from "./release/release.ts";
import { explain, UserError } from "./userError.ts";

const help = `npm run release -- --dry-run | --publish [--tag vX.Y.Z]

Makes the release of the version in package.json in the folder release/: its notes from CHANGELOG.md, a software bill
of materials (CycloneDX), the public packages, and the images of the services and jobs if a Docker engine answers.

--dry-run  publishes nothing
--publish  pushes the images to IMAGE_REGISTRY and publishes the packages, from a work tree without changes
--tag      fails unless it is the tag of the version
`;

const options = {
  help: { type: "boolean", short: "h" },
  "dry-run": { type: "boolean" },
  publish: { type: "boolean" },
  tag: { type: "string" },
} as const;

const run = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  if (values.help === true) return console.log(help);
  const publish = values.publish === true;
  if (publish === (values["dry-run"] === true)) throw new UserError("expected either --dry-run or --publish: npm run release -- --help");
  const abort = new AbortController();
  onStopRequest(
    () => abort.abort(),
    () => process.exit(1),
  );
  await release({ publish, tag: values.tag, report: reportToStderr, signal: abort.signal });
};

try {
  await run();
} catch (error) {
  console.error(`✘ ${explain(error)}`);
  process.exitCode = 1;
}
