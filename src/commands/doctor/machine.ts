import { formatLocalInstant } from "../../lib/model/time.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { createOkFinding, createProblemFinding, type Finding } from "./finding.ts";

const MIN_NODE_MAJOR = 24;

const MIN_PLAUSIBLE_TIME = Date.UTC(2026, 10, 1);

export const checkMachine = (tools: Tools): readonly Finding[] => [checkNode(tools), checkClock(tools)];

function checkNode({ machine }: Tools): Finding {
  const { nodeVersion, platform, architecture, node } = machine;
  const what = text(
    `${nodeVersion} on ${platform} ${architecture} (${node})`,
    `${nodeVersion}、${platform} ${architecture}(${node})`,
  );
  if (Number(nodeVersion.split(".")[0]) >= MIN_NODE_MAJOR) return createOkFinding("node", what);
  const mend = text(
    `install Node.js ${MIN_NODE_MAJOR} or newer`,
    `Node.js ${MIN_NODE_MAJOR} 以降をインストールしてください`,
  );
  return createProblemFinding("node", what, mend);
}

function checkClock({ clock, machine }: Tools): Finding {
  const now = clock.now();
  const shown = formatLocalInstant(now, machine.timezone);
  const what = text(`${shown} (${machine.timezone})`, `${shown}(${machine.timezone})`);
  if (now.getTime() >= MIN_PLAUSIBLE_TIME) return createOkFinding("clock", what);
  return createProblemFinding(
    "clock",
    text(
      `${what.en}: the clock is set to a time before clomoctl was made`,
      `${what.ja}: 時計が clomoctl の作成より前の時刻になっています`,
    ),
    text("set the clock: it is used to count the days left", "時計を合わせてください(残り日数の計算に使います)"),
  );
}
