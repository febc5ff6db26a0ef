import { join } from "node:path";
import type { HandoverRequest } from "../../../lib/client/index.ts";
import { openFiles, type BundleFiles } from "../../../lib/handover/bundle/read.ts";
import { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { createTemporaryFolder } from "../../../lib/files/temporary.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { zoneOf, type Tools } from "../../tools.ts";
import { manifestOf } from "./manifest.ts";
import { PartsWriter } from "./parts.ts";
import { reportInto } from "./report.ts";

/** A tenant as a bundle that nobody keeps: closing it removes it. */
export interface TenantBundle extends AsyncDisposable {
  readonly files: BundleFiles;
  /** the name of the tenant's context */
  readonly context: string;
}

/**
 * The tenant as it is now, as a bundle in the home's temporary folder, without the console's files.
 *
 * @throws Failure as an export does
 */
export async function tenantBundle(
  tools: Tools,
  asked: Pick<HandoverRequest, "only" | "scope" | "audit"> = {},
): Promise<TenantBundle> {
  const { temporary, terminal, machine, clock } = tools;
  const chosen = await tools.tenant("exports");
  const folder = await createTemporaryFolder(temporary, "handover");
  try {
    const path = join(folder.path, "tenant");
    await using writer = await BundleWriter.create(path, temporary);
    const form = { encoding: "utf-8", bom: false, onUnmappable: "error" } as const;
    const parts = await new PartsWriter(tools, chosen.client.exports, form).write({ ...asked, csv: false }, writer);
    const manifest = manifestOf(parts, {
      program: machine.program,
      language: terminal.language,
      encoding: form.encoding,
      newline: "crlf",
      only: [],
      asOf: dayOf(clock.now(), zoneOf(tools, chosen)),
    });
    const { name: context } = chosen.context;
    await writer.finish(await reportInto(tools, writer, { manifest, read: parts.read, context }));
    const files = await openFiles(path, { workingFolder: tools.workingFolder, temporary });
    return { files, context, [Symbol.asyncDispose]: () => folder.remove() };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
