import { openFiles, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { BYTES } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** An argument that names a bundle. */
export const BUNDLE = {
  kind: "file",
  required: true,
  about: text(
    "what `handover export` has written: a folder, .tar.gz or .zip",
    "`handover export` で書き出したもの(フォルダー、.tar.gz、.zip)",
  ),
} as const;

export const ONLY_READ = text(
  "nothing was changed: bundles are only read",
  "引き継ぎデータを読み込むだけなので、何も変更していません",
);

/** Opens what a person named as a bundle. @throws Failure as `openFiles` */
export const openNamed = (
  { workingFolder, temporary }: Pick<Tools, "workingFolder" | "temporary">,
  name: string,
): Promise<BundleFiles> => openFiles(name, { workingFolder, temporary });

/** Shows how many bytes were verified. */
export function verifying({ terminal, signal }: Tools, bundles: readonly BundleFiles[]) {
  const step = terminal.progress.start({ id: "verify", name: text("Verifying", "検証"), unit: BYTES });
  step.expect(bundles.reduce((sum, { files }) => sum + files.reduce((bytes, file) => bytes + file.bytes, 0), 0));
  return {
    options: { signal, onProgress: (bytes: number) => step.advance(bytes) },
    finish: () => step.finish(),
  };
}
