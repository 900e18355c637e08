/** How requests prove who the user is. */
export interface Session {
  /** Headers of a request. `isWrite`: it changes something. */
  headers(isWrite: boolean): Promise<Readonly<Record<string, string>>>;
  /**
   * Called after a response 401. The host may have a new token.
   *
   * @returns whether it is worth trying once more
   */
  renew(): Promise<boolean>;
  /** The tenant to which the session is limited; undefined: any that the host's access policy grants. */
  readonly tenantUid: string | undefined;
  /** Whether the session is read-only. The server checks it as well. */
  readonly readOnly: boolean;
}

/** Header that carries the portal's own token, or `session` when the host's cookies sign the user in. */
export const PORTAL_HEADER = 'x-tillhook-portal';

/** Returns the token of the signed-in user. `renew`: the API has not accepted the last one. */
export type GetToken = (options: { readonly renew: boolean }) => string | Promise<string>;

/**
 * The host's own token, from a function of the page around the portal. Requests that need a token at the same time ask for it
 * once.
 */
export function hostToken(getToken: GetToken, tenantUid: string | undefined, readOnly: boolean): Session {
  let token: Promise<string> | undefined;
  let renewal: Promise<boolean> | undefined;
  const ask = (renew: boolean): Promise<string> => {
    const asked = (async () => getToken({ renew }))();
    token = asked;
    // A page that has no token now may have one later.
    asked.catch(() => {
      if (token === asked) token = undefined;
    });
    return asked;
  };
  return {
    tenantUid,
    readOnly,
    headers: async () => {
      const value = await (token ?? ask(false));
      return { authorization: value.includes(' ') ? value : `Bearer ${value}` };
    },
    renew: () => {
      renewal ??= (async () => {
        const before = await token;
        return (await ask(true)) !== before;
      })().finally(() => (renewal = undefined));
      return renewal;
    },
  };
}

/**
 * The token of a portal link. It cannot be renewed: the host makes another link.
 *
 * @param onEnd called when the API does not accept the token any more
 */
export const linkToken = (
  token: string,
  tenantUid: string,
  readOnly: boolean,
  onEnd: () => void,
): Session => ({
  tenantUid,
  readOnly,
  headers: () => Promise.resolve({ [PORTAL_HEADER]: token }),
  renew: () => {
    onEnd();
    return Promise.resolve(false);
  },
});

/**
 * The cookies of the host. The header proves to the server that a script of its own origin sent the request, and not a form
 * of another site.
 */
export const hostCookies = (): Session => ({
  tenantUid: undefined,
  readOnly: false,
  headers: () => Promise.resolve({ [PORTAL_HEADER]: 'session' }),
  renew: () => Promise.resolve(false),
});
