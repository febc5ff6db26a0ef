import { join } from "node:path";
import type { HandoverRequest } from "../../../lib/client/index.ts";
import { openFiles, type BundleFiles } from "../../../lib/handover/bundle/read.ts";
import type { ResourceName } from "../../../lib/handover/resources.ts";
import { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { createTemporaryFolder, Outputs } from "../../../lib/files/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { zoneOf, type Tools } from "../../tools.ts";
import { manifestOf } from "./manifest.ts";
import { PartsWriter } from "./parts.ts";
import { reportInto } from "./report.ts";

const FORM = { encoding: "utf-8", bom: false, onUnmappable: "error" } as const;

/** A bundle that nobody keeps: closing it removes it. */
export interface PassingBundle extends AsyncDisposable {
  readonly files: BundleFiles;
}

/**
 * The tenant as it is now, as a bundle in the home's temporary folder, without the console's files.
 *
 * @throws Failure as an export does
 */
export async function tenantBundle(
  tools: Tools,
  {
    only,
    ...asked
  }: Pick<HandoverRequest, "scope" | "audit"> & { readonly only?: readonly ResourceName[] | undefined } = {},
): Promise<PassingBundle> {
  const { temporary, terminal, machine, clock } = tools;
  const chosen = await tools.tenant("exports");
  const { name: context } = chosen.context;
  const folder = await createTemporaryFolder(temporary, "handover");
  try {
    // a person may not write among the program's own files
    const path = join(folder.path, "tenant");
    const outputs = new Outputs({ temporary, workingFolder: folder.path, kept: [], userId: undefined });
    await outputs.declare([{ name: path }]);
    await using writer = await BundleWriter.create(path, outputs);
    const parts = await new PartsWriter(tools, chosen.client.exports, FORM).write(
      { ...asked, only: only && [...only], csv: false },
      writer,
    );
    const manifest = manifestOf(parts, {
      program: machine.program,
      language: terminal.language,
      encoding: FORM.encoding,
      newline: "crlf",
      only: only ?? [],
      asOf: dayOf(clock.now(), zoneOf(tools, chosen)),
    });
    await writer.finish(await reportInto(tools, writer, { manifest, read: parts.read, context }));
    const files = await openFiles(path, { workingFolder: tools.workingFolder, temporary });
    return { files, [Symbol.asyncDispose]: folder.remove };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
