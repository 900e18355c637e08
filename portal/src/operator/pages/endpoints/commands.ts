export type EndpointState = 'ACTIVE' | 'PAUSED' | 'DISABLED';
export type EndpointCommand = 'pause' | 'resume' | 'disable' | 'enable';

const OFFERED: Readonly<Record<EndpointState, readonly EndpointCommand[]>> = {
  ACTIVE: ['pause', 'disable'],
  PAUSED: ['resume', 'disable'],
  DISABLED: ['enable'],
};

/**
 * The commands that change an endpoint in its present state.
 *
 * @param state undefined: it is not known, so all are offered, and the API refuses those that the state does not permit
 */
export const commandsFor = (state: EndpointState | undefined): readonly EndpointCommand[] =>
  state === undefined ? ['pause', 'resume', 'disable', 'enable'] : OFFERED[state];
