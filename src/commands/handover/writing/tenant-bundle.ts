import { join } from "node:path";
import { openBundleFiles, type BundleFiles } from "../../../lib/handover/bundle/read.ts";
import { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { createTemporaryFolder, Outputs } from "../../../lib/files/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { getAccountLanguage } from "../../csv/file/export.ts";
import { resolveTimezone, type Tools } from "../../tools.ts";
import { buildManifest } from "./manifest.ts";
import { PartsWriter } from "./parts.ts";
import { writeBundleReport } from "./report.ts";

const FILE_FORMAT = { encoding: "utf-8", bom: false, onUnmappable: "error" } as const;

/** A bundle that exists only as long as it is needed: disposing it removes it. */
export interface TemporaryBundle extends AsyncDisposable {
  readonly files: BundleFiles;
}

/**
 * Exports the tenant's current state as a bundle in the home's temporary folder, without the console's files.
 *
 * @throws Failure if the export fails
 */
export async function exportTemporaryBundle(tools: Tools): Promise<TemporaryBundle> {
  const { temporary, machine, clock } = tools;
  const chosen = await tools.tenant("exports");
  const folder = await createTemporaryFolder(temporary, "handover");
  try {
    // `tools.outputs` refuses paths among the program's own files, so this bundle needs a separate `Outputs`
    const path = join(folder.path, "tenant");
    const outputs = new Outputs({ temporary, workingFolder: folder.path, kept: [], userId: undefined });
    await outputs.declare([{ name: path }]);
    await using writer = await BundleWriter.create(path, outputs);
    const parts = await new PartsWriter(tools, chosen.client.exports, FILE_FORMAT).write({ recordsOnly: true }, writer);
    const manifest = buildManifest(parts, {
      program: machine.program,
      language: getAccountLanguage(chosen),
      encoding: FILE_FORMAT.encoding,
      newline: "crlf",
      asOf: dayOf(clock.now(), resolveTimezone(tools, chosen)),
    });
    await writer.finish(await writeBundleReport(tools, writer, { manifest, read: parts.read }));
    const files = await openBundleFiles(path, { workingFolder: tools.workingFolder, temporary });
    return { files, [Symbol.asyncDispose]: folder.remove };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
