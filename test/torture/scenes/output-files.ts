import { prepareMirror, prepareSecuredUser } from "./by-hand.ts";
import type { Scene } from "./scene.ts";

/** Creates a scene for a command that only writes a file. The file must not contain instants. */
export const createFileScene = (
  name: string,
  file: string,
  line: readonly string[],
  prepare: Scene["prepare"] = async () => undefined,
): Scene => ({
  name,
  prepare,
  line: [...line, "-o", file, "--overwrite"],
  outputs: [file],
  saysBefore: true,
  readsDate: true,
});

const DOCS_OPTION = ["--app", "docs"];

export const OUTPUT_FILE_SCENES: readonly Scene[] = [
  createFileScene("users list as a workbook", "users.xlsx", ["users", "list", "--format", "xlsx"], prepareMirror),
  createFileScene("users template", "users.csv", ["users", "template"]),
  createFileScene("orgs template", "orgs.csv", ["orgs", "template"]),
  createFileScene("orgs export", "orgs.csv", ["orgs", "export"], prepareMirror),
  createFileScene("devices template", "devices.csv", ["devices", "template"]),
  createFileScene("devices export", "devices.csv", ["devices", "export"], prepareMirror),
  createFileScene("secured users template", "docs-new.csv", ["secured", "users", "template", ...DOCS_OPTION]),
  createFileScene(
    "secured users export",
    "docs-now.csv",
    ["secured", "users", "export", ...DOCS_OPTION],
    prepareSecuredUser,
  ),
  createFileScene("onboarding guide", "onboarding.txt", ["onboarding", "guide"]),
  createFileScene("renewals guide", "token.txt", ["renewals", "guide", "ade-token"]),
  createFileScene("handover report", "report.html", ["handover", "report"], prepareSecuredUser),
];
