import { simulateApple } from "../../apple/simulator/mdm.ts";
import type { Send } from "../../../../src/lib/apple/send.ts";
import { runInBoth, run, type Circumstances, type RunResult } from "../program.ts";

/** A request that the simulator received. */
interface Request {
  readonly asked: string;
  readonly body: unknown;
}

const URL = "http://127.0.0.1:8600";

/** Creates a simulator with 25 devices, and functions that run command lines with it. */
export function createRehearsal() {
  const { simulator, mdm } = simulateApple();
  const requests: Request[] = [];
  const apple: Send = (request) => {
    const { method, url, body } = request;
    requests.push({ asked: `${method} ${url}`, body: body === undefined ? undefined : JSON.parse(body) });
    return mdm.send(request);
  };
  const circumstances = { apple, environment: { CLOMOCTL_SIMULATOR_URL: URL } };
  return {
    simulator,
    mdm,
    requests,
    /** serial numbers of the devices of the first server, in order */
    serials: (): string[] => [...simulator.devices()].map(({ serial }) => serial),
    run: (line: string | readonly string[], more: Circumstances = {}): Promise<RunResult> =>
      run(line, { ...circumstances, ...more }),
    inBoth: (line: string | readonly string[], more: Circumstances = {}) =>
      runInBoth(line, { ...circumstances, ...more }),
  };
}
