import type { ConsoleTask } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { taskColumns } from "./columns.ts";

/** Closes tasks one after another, and shows them; the first that cannot be closed ends it. */
export async function closeTasks(
  tools: Tools,
  numbers: readonly number[],
  state: "confirmed" | "dropped",
): Promise<void> {
  const { client, permitChange } = await tools.tenant("console");
  await permitChange();
  const closed: ConsoleTask[] = [];
  tools.describeState(() => {
    const done = closed.map(({ number }) => number).join(", ") || "-";
    return text(`recorded so far: ${done}`, `ここまでに記録した作業: ${done}`);
  });
  for (const number of new Set(numbers)) closed.push(await client.console.close(number, { state }));
  await tools.terminal.list(taskColumns(tools.terminal), closed);
}
