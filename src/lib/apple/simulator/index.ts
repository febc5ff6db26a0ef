export { createInProcessSend } from "./send.ts";
export { startSimulatorServer } from "./server.ts";
export { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";
export { readState, type SimulatorState } from "./state.ts";
