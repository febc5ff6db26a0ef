import { isSimulatedSerial, SIMULATED_PREFIX } from "../../../lib/apple/simulator/devices/serials.ts";
import { PRE_REGISTERED } from "../../../lib/model/device.ts";
import { counted, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { propose } from "../shown.ts";

/** Says how many devices of a rehearsal are left in Devices, and what deletes them. */
export async function tellRehearsed(tools: Tools): Promise<void> {
  const { terminal } = tools;
  const { client } = await tools.tenant("devices");
  const found = { simulated: 0, others: 0 };
  for await (const { serialNumber } of client.devices.list({ filterId: SIMULATED_PREFIX, status: PRE_REGISTERED })) {
    found[isSimulatedSerial(serialNumber) ? "simulated" : "others"] += 1;
  }
  if (found.simulated === 0) return;
  await terminal.warn(
    text(
      `${counted(found.simulated, "device")} of the simulator (${SIMULATED_PREFIX}…) left in Devices from a rehearsal`,
      `練習で追加したシミュレーターのデバイス(${SIMULATED_PREFIX}…)が「Devices」に ${found.simulated} 台残っています`,
    ),
  );
  if (found.others > 0) {
    await terminal.note(
      text(
        `${counted(found.others, "other device")} of the same filter are no rehearsal's: leave them out of a list for clomoctl devices delete --file FILE`,
        `同じ条件に当てはまる ${found.others} 台は練習のものではありません。一覧から除いて clomoctl devices delete --file FILE で削除してください`,
      ),
    );
  }
  const filter = `--filter-id ${SIMULATED_PREFIX} --status ${PRE_REGISTERED}`;
  await (found.others > 0
    ? propose(tools, `clomoctl devices list ${filter}`, text("to list them", "一覧を表示するには"))
    : propose(
        tools,
        `clomoctl devices delete ${filter}`,
        text("to delete them (their number is asked for)", "削除するには(台数の入力を求めます)"),
      ));
}
