import { resolve } from "node:path";
import { writeFileAtomically } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { CheckResult } from "../../../lib/renewals/check.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

/**
 * Writes the result for Prometheus.
 *
 * @returns false when the file cannot be written, which is said; the old one is then as it was
 */
export async function writeMetrics(
  { terminal, temporary, workingFolder, clock }: Tools,
  file: string,
  result: CheckResult,
): Promise<boolean> {
  const { prometheusText } = await import("../../../lib/renewals/output/prometheus.ts");
  const metrics = prometheusText(result, clock.now());
  const path = file === "-" ? file : resolve(workingFolder, file);
  try {
    await writeFileAtomically(path, { ...temporary, stdout: terminal.out }, (writer) => writer.write(metrics));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = text(`the metrics cannot be written: ${reason}`, `メトリクスを書き込めません: ${reason}`);
    await terminal.failure(
      error instanceof Failure ? error : new Failure("usage", { what, where: file, cause: error }),
    );
    return false;
  }
}
