import Federation
import Replica
import Telemetry
import Wire

/// The server's numbers, as a monitor reads them.
extension Server {
    /// All numbers at this moment, in a fixed order of names.
    func samples() -> [MetricSample] {
        replicaSamples() + gatewaySamples() + learningSamples() + linkSamples() + journalSamples()
    }

    private func replicaSamples() -> [MetricSample] {
        let counted = replica.counters
        var samples = [
            counter("blocks_total", "Blocks executed.", counted.blocks),
            counter("entries_total", "Entries added to the log.", counted.entries),
            counter("reports_committed_total", "Reports accepted by execution.", counted.reports),
            counter("observations_committed_total", "Observations added to the log.", counted.observations),
            counter(
                "observations_attested_total", "Observations on the own lane that others vouch for.",
                counted.attestedObservations),
            counter("warnings_total", "Warnings of hazards before they were final.", counted.warnings),
            counter("heads_published_total", "Heads that a quorum cosigned.", counted.publishedHeads),
            counter(
                "heads_divergent_total", "Cosignatures of another head than was executed here.", counted.divergences),
            counter("evidence_total", "Proofs of misbehaviour by validators.", counted.evidence),
            gauge("view", "Consensus view.", replica.view),
            gauge(
                "voting", "1 where it votes, 0 while it asks the others what it said before its start.",
                replica.isVoting ? 1 : 0),
            gauge("height", "Blocks executed since the beginning.", replica.height),
            gauge("log_size_entries", "Entries below the published head.", replica.published?.head.size ?? 0),
            gauge("hazards_active", "Hazards reported or confirmed now.", UInt64(replica.activeHazards.count)),
        ]
        samples += consensusSamples()
        for (refusal, count) in counted.refused.sorted(by: { $0.key.label < $1.key.label }) {
            let labels = [(name: "reason", value: refusal.label)]
            samples.append(
                counter("refused_at_execution_total", "Reports and updates refused in log order.", count, labels))
        }
        return samples
    }

    private func consensusSamples() -> [MetricSample] {
        let counted = replica.consensusCounters
        return [
            counter("cars_sealed_total", "Own cars sealed.", counted.carsSealed),
            counter("cars_acknowledged_total", "Cars acknowledged.", counted.carsAcknowledged),
            counter(
                "cars_inspected_late_total", "Cars that others were to look into and did not in time.",
                counted.carsInspectedLate),
            counter("cars_audited_total", "Proven cars that were looked into all the same.", counted.carsAudited),
            counter("proposals_total", "Own blocks proposed.", counted.proposals),
            counter(
                "optimistic_tips_total", "Lanes that own blocks order up to a car whose proof was still on its way.",
                counted.optimisticTips),
            counter(
                "lanes_demoted_total", "Times a lane lost that, because it cost a voter a fetch or everybody a view.",
                counted.lanesDemoted),
            counter("proposals_refused_total", "Proposals refused as invalid.", counted.proposalsRefused),
            counter(
                "proposals_outside_clock_total", "Proposals outside the own clock's window: is this clock right?",
                counted.proposalsOutsideClock),
            counter("views_nullified_total", "Views that ended without a block.", counted.viewsNullified),
            counter(
                "memories_lost_total", "Starts at which the others knew more of this validator than its journal.",
                counted.memoriesLost),
            counter(
                "states_adopted_total", "States of others that this validator went on from.", counted.statesAdopted),
            counter("requests_sent_total", "Requests to validators for something missing.", counted.requestsSent),
            counter("requests_answered_total", "Requests of validators answered.", counted.requestsAnswered),
            counter("requests_ignored_total", "Requests of validators above their budget.", counted.requestsIgnored),
        ]
    }

    private func gatewaySamples() -> [MetricSample] {
        let counted = gateway.counters
        var samples = [
            gauge("sessions", "Vehicles' connections.", UInt64(gateway.sessionCount)),
            gauge("reports_waiting", "Reports and updates that wait for their block.", UInt64(gateway.waitingCount)),
            counter("sessions_total", "Connections that were let in.", counted.connected),
            counter("sessions_refused_total", "Connections for which there was no room.", counted.connectionsRefused),
            counter("telemetry_verified_total", "Telemetry messages with a good signature.", counted.telemetryVerified),
            counter("reports_acknowledged_total", "Reports answered with a receipt.", counted.reportsAcknowledged),
            counter("hazards_pushed_total", "Changes of hazards sent to subscribers.", counted.hazardsPushed),
            counter("foreign_topics_total", "Messages on topics that nobody may publish on.", counted.foreignTopics),
        ]
        for (kind, count) in counted.received.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            samples.append(counter("received_total", "Messages from vehicles.", count, [("kind", kind.rawValue)]))
        }
        let refused = counted.refused.sorted { $0.key < $1.key }
        for (key, count) in refused {
            let labels = [(name: "kind", value: key.kind.rawValue), (name: "reason", value: key.label)]
            samples.append(counter("refused_total", "Messages from vehicles that were refused.", count, labels))
        }
        for (reason, count) in counted.closed.sorted(by: { $0.key < $1.key }) {
            samples.append(counter("sessions_closed_total", "Connections that ended.", count, [("reason", reason)]))
        }
        return samples
    }

    private func learningSamples() -> [MetricSample] {
        var samples = [
            counter("updates_committed_total", "Updates counted in rounds.", replica.counters.updates),
            counter(
                "updates_acknowledged_total", "Updates answered with a receipt.", gateway.counters.updatesAcknowledged),
            counter("rounds_computed_total", "Rounds whose result this validator claimed.", counters.roundsComputed),
            counter("rounds_not_computed_total", "Rounds that it could not compute.", counters.roundsNotComputed),
            counter("claims_divergent_total", "Claims of another result than the round's.", replica.divergentClaims),
            counter(
                "announcements_pushed_total", "Rounds, versions and pieces of files sent to subscribers.",
                gateway.counters.announcementsPushed),
        ]
        for (running, count) in runningVersions().sorted(by: { $0.key < $1.key }) {
            let labels = [(name: "model", value: running.model.name), (name: "version", value: running.version)]
            samples.append(
                MetricSample(
                    "waymark_vehicles_running", help: "Connected vehicles by the version that they run.", kind: .gauge,
                    labels: labels, value: Double(count)))
        }
        return samples
    }

    /// How many vehicles say to run each version: the current one, the first one, or another. What vehicles call versions names no series.
    private func runningVersions() -> [RunningVersion: UInt64] {
        var counts: [RunningVersion: UInt64] = [:]
        for running in gateway.runningVersions {
            for (model, version) in running {
                let name =
                    version == replica.currentVersion(of: model)
                    ? "current" : version == InitialVersion.digest(of: model) ? "first" : "other"
                counts[RunningVersion(model: model, version: name), default: 0] += 1
            }
        }
        return counts
    }

    private func linkSamples() -> [MetricSample] {
        [
            gauge(
                "peers_connected", "Validators that are connected, this one not counted.", UInt64(connectedPeers.count)),
            counter("strangers_refused_total", "Connections that were no validator's.", counters.strangersRefused),
            counter("frames_sent_total", "Frames to validators, a broadcast once.", counters.framesSent),
            counter("frames_received_total", "Frames from validators.", counters.framesReceived),
            counter("frames_malformed_total", "Frames from validators that were none.", counters.framesMalformed),
            counter("frames_unwanted_total", "Frames that were held already.", counters.framesUnwanted),
            counter("frames_dropped_total", "Frames above the bound of those that wait.", counters.framesDropped),
            counter("frames_forged_total", "Frames with a signature that was not good.", counters.framesForged),
        ]
    }

    private func journalSamples() -> [MetricSample] {
        let counted = journal.counters
        return [
            counter("journal_syncs_total", "Syncs of the journal.", UInt64(counted.syncs)),
            counter("journal_records_total", "Records appended to the journal.", UInt64(counted.records)),
            counter("journal_bytes_total", "Bytes appended to the journal.", UInt64(counted.bytes)),
            gauge("blocks_unwritten", "Executed blocks that wait for tiles and index.", UInt64(archive.waitingBlocks)),
        ]
    }

    private func counter(
        _ name: String, _ help: String, _ value: UInt64, _ labels: [(name: String, value: String)] = []
    ) -> MetricSample {
        MetricSample("waymark_\(name)", help: help, kind: .counter, labels: labels, value: Double(value))
    }

    private func gauge(_ name: String, _ help: String, _ value: UInt64) -> MetricSample {
        MetricSample("waymark_\(name)", help: help, kind: .gauge, value: Double(value))
    }
}

/// A series of the vehicles that run something.
private struct RunningVersion: Hashable, Comparable {
    let model: LearnedModel
    let version: String

    static func < (left: RunningVersion, right: RunningVersion) -> Bool {
        (left.model.rawValue, left.version) < (right.model.rawValue, right.version)
    }
}
