// A group member as the port shows it: the group shares what its users say.
import type { Cluster } from './cluster.js'
import { GroupMember } from './group-member.js'
import type { Member, MemberOptions } from './port.js'

export function workerMember(cluster: Cluster, lane: string, options: MemberOptions): Member {
  const member = new GroupMember(cluster, { ...options, lane })
  return {
    get needsJoin() {
      return member.needsJoin
    },
    get memberId() {
      return member.ref.memberId
    },
    get generation() {
      return member.ref.generation
    },
    get heardAt() {
      return member.heardAt
    },
    join: async () => {
      const assignment = await member.join()
      return { protocol: member.protocol, assignment }
    },
    rejoin: () => member.rejoin(),
    leave: (timeoutMs) => member.leave(timeoutMs),
  }
}
