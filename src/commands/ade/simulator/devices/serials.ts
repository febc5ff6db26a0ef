import { line } from "../../../../lib/advice/line.ts";
import { step, type Step } from "../../../../lib/advice/step.ts";
import type { Column } from "../../../../lib/terminal/index.ts";
import { text } from "../../../../lib/text/index.ts";
import type { TextField } from "../../../field.ts";
import type { Tools } from "../../../tools.ts";
import { askSimulator, contentOf, membersOf, WHILE_ASKING, type Asked } from "../control.ts";

/** A device by its serial number. */
interface Named {
  readonly serial: string;
}

/** What is shown of devices that were changed. */
export const SERIAL_COLUMNS: readonly Column<Named>[] = [
  { key: "serial", header: text("serial number", "シリアルナンバー"), whole: true, value: ({ serial }) => serial },
];

/** Devices of the organisation. */
export const SERIALS_ARGUMENT = {
  kind: "string",
  value: "SERIAL",
  required: true,
  repeatable: true,
  about: text("serial numbers", "シリアルナンバー"),
} as const satisfies TextField;

/** `--silent`: only a full sync finds it. */
export const SILENT_OPTION = {
  kind: "boolean",
  about: text(
    "leave it out of Apple's change stream: only a full sync finds it",
    "差分には現れず、全件の同期でだけわかるようにする",
  ),
} as const;

const hasSerials = (value: unknown): value is { readonly serials: readonly string[] } => {
  const { serials } = membersOf(value);
  return Array.isArray(serials) && serials.every((serial) => typeof serial === "string");
};

const SYNC = step("to let the tenant see it", "テナントに反映するには", line("ade sync", []));

/** A change that only a sync of all devices finds. */
export const SYNC_ALL: Step = { why: SYNC.why, line: line("ade sync", [], { full: true }) };

/** Asks for a change of devices, lists those that it concerned, and says on a terminal what to type next. */
export async function changeDevices(
  tools: Tools,
  url: string | undefined,
  asked: Asked,
  next: Step = SYNC,
): Promise<void> {
  tools.describeState(() => WHILE_ASKING);
  const answer = await askSimulator(tools, url, asked);
  const { serials } = contentOf(answer, url, hasSerials);
  await tools.terminal.list(
    SERIAL_COLUMNS,
    serials.map((serial) => ({ serial })),
  );
  if (tools.terminal.onTerminal && serials.length > 0) await tools.terminal.note(next);
}
