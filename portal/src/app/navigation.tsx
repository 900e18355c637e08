import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { fragmentOf, routeOf, type Route } from './route.ts';

/** Where the current place is kept: in the address bar, or in memory if the portal is a part of another page. */
export interface History {
  read(): string;
  write(fragment: string, options: { readonly replace: boolean }): void;
  /** @returns a function that stops listening */
  listen(onChange: () => void): () => void;
}

/** Keeps the place in the address bar: links can be shared, and Back works. */
export const addressBar = (window: Window): History => ({
  read: () => window.location.hash,
  write: (fragment, { replace }) => {
    if (replace) window.history.replaceState(null, '', fragment);
    else window.history.pushState(null, '', fragment);
  },
  listen: (onChange) => {
    window.addEventListener('popstate', onChange);
    window.addEventListener('hashchange', onChange);
    return () => {
      window.removeEventListener('popstate', onChange);
      window.removeEventListener('hashchange', onChange);
    };
  },
});

/** Keeps the place in memory, for the custom element: the address bar belongs to the page around it. */
export function memory(start: string): History {
  const entries = [start];
  return {
    read: () => entries.at(-1)!,
    write: (fragment, { replace }) => {
      if (replace) entries.pop();
      entries.push(fragment);
    },
    listen: () => () => undefined,
  };
}

export interface Navigation {
  /** Empty on the operator console, whose places are of no tenant. */
  readonly tenantUid: string;
  /** Segments after the tenant, e.g. `['deliveries', 'dlv_1']`. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** Goes to a place of the same tenant. */
  go(
    path: readonly string[],
    query?: Readonly<Record<string, string | undefined>>,
    options?: { readonly replace?: boolean },
  ): void;
  /** Changes values of the query and stays at the same place. */
  setQuery(
    changes: Readonly<Record<string, string | undefined>>,
    options?: { readonly replace?: boolean },
  ): void;
  /** The address of a place of the same tenant, for a link. */
  href(path: readonly string[], query?: Readonly<Record<string, string | undefined>>): string;
}

const NavigationContext = createContext<Navigation | undefined>(undefined);

export function useNavigation(): Navigation {
  return useContext(NavigationContext)!;
}

interface NavigationProviderProps {
  readonly history: History;
  /** Fixed by the host or by the link that signed the user in; undefined: the first segment of the place. */
  readonly tenantUid: string | undefined;
  /** Whether places have no tenant: their first segment is the page. Default `false`. */
  readonly isOfAllTenants?: boolean;
  readonly children: ComponentChildren;
}

/** Provides the current place to everything inside. */
export function NavigationProvider({
  history,
  tenantUid: fixed,
  isOfAllTenants = false,
  children,
}: NavigationProviderProps) {
  const [route, setRoute] = useState<Route>(() => routeOf(history.read()));
  useEffect(() => history.listen(() => setRoute(routeOf(history.read()))), [history]);
  const navigation = useMemo((): Navigation => {
    const tenantUid = isOfAllTenants ? '' : (fixed ?? route.segments[0] ?? '');
    const before = isOfAllTenants ? [] : [tenantUid];
    const path = route.segments.slice(before.length);
    const write = (fragment: string, replace: boolean): void => {
      history.write(fragment, { replace });
      setRoute(routeOf(fragment));
    };
    const href: Navigation['href'] = (to, query) => fragmentOf([...before, ...to], query);
    return {
      tenantUid,
      path,
      query: route.query,
      href,
      go: (to, query, { replace = false } = {}) => write(href(to, query), replace),
      setQuery: (changes, { replace = false } = {}) =>
        write(href(path, { ...route.query, ...changes }), replace),
    };
  }, [route, fixed, isOfAllTenants, history]);
  return <NavigationContext.Provider value={navigation}>{children}</NavigationContext.Provider>;
}

interface LinkProps extends Omit<JSX.AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
}

/** A link to a place of the portal. It opens in a new tab as every link does. */
export function Link({ to, query, onClick, ...rest }: LinkProps) {
  const navigation = useNavigation();
  return (
    <a
      {...rest}
      href={navigation.href(to, query)}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
          return;
        event.preventDefault();
        navigation.go(to, query);
      }}
    />
  );
}
