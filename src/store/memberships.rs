//! Rows of `memberships`. A change here is a delta: nothing reads a whole group to change one member.

use rusqlite::params;

use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::id::{GroupId, ResourceId, UserId};
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::store::query::{Db, Page, Tx, id_list};
use crate::store::{groups, users};

/// A member as a group shows it, or a group as its member shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id outside.
    pub resource_id: ResourceId,
    /// `displayName`; a user may have none.
    pub display: Option<String>,
    /// Whether the account is in use; groups always are.
    pub active: bool,
}

impl Db<'_> {
    /// The members of a group, in the order in which the users came to be known.
    pub fn members(&self, group: GroupId) -> Result<Vec<Member>> {
        self.all(
            "SELECT u.resource_id, u.display_name, u.active
                FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.group_id = ?1 ORDER BY m.user_id",
            [group.0],
            member,
        )
    }

    /// The live groups that a user is in.
    pub fn groups_of(&self, user: UserId) -> Result<Vec<Member>> {
        self.all(
            "SELECT g.resource_id, g.display_name, 1
                FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ?1 ORDER BY m.group_id",
            [user.0],
            member,
        )
    }

    /// The groups that these users are in, by user and age.
    pub fn groups_of_users(&self, users: &[UserId]) -> Result<Vec<(UserId, Group)>> {
        let sql = format!(
            "SELECT {}, m.user_id FROM memberships m JOIN groups g ON g.id = m.group_id
                WHERE m.user_id IN (SELECT value FROM json_each(?1)) ORDER BY m.user_id, m.group_id",
            groups::COLUMNS
        );
        self.all(&sql, [id_list(users.iter().map(|user| user.0))], |row| {
            Ok((UserId(row.get(12)?), groups::read(row)?))
        })
    }

    /// A slice of a group's members, by age.
    pub fn group_members(&self, group: GroupId, page: Page) -> Result<Vec<User>> {
        let sql = format!(
            "SELECT {} FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.group_id = ?1 AND m.user_id > ?2
                ORDER BY m.user_id LIMIT ?3",
            users::COLUMNS
        );
        self.all(&sql, params![group.0, page.after, page.limit], users::read)
    }

    /// The rows of the groups that a user is in.
    pub fn group_rows_of(&self, user: UserId) -> Result<Vec<GroupId>> {
        self.all("SELECT group_id FROM memberships WHERE user_id = ?1 ORDER BY group_id", [user.0], |row| {
            row.get(0).map(GroupId)
        })
    }

    /// How many members these groups have together.
    pub fn member_total(&self, groups: &[GroupId]) -> Result<i64> {
        self.number(
            "SELECT ifnull(sum(member_count), 0) FROM groups WHERE id IN (SELECT value FROM json_each(?1))",
            [id_list(groups.iter().map(|group| group.0))],
        )
    }

    /// The rows of a group's members.
    pub fn member_rows(&self, group: GroupId) -> Result<Vec<UserId>> {
        self.all("SELECT user_id FROM memberships WHERE group_id = ?1 ORDER BY user_id", [group.0], |row| {
            row.get(0).map(UserId)
        })
    }

    /// Which of these users are in the group.
    pub fn members_among(&self, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
        self.all(
            "SELECT user_id FROM memberships
                WHERE group_id = ?1 AND user_id IN (SELECT value FROM json_each(?2))",
            params![group.0, id_list(users.iter().map(|user| user.0))],
            |row| row.get(0).map(UserId),
        )
    }

    /// When the name of any group that a user is in last changed.
    pub fn groups_renamed(&self, user: UserId) -> Result<Timestamp> {
        let millis = self.number(
            "SELECT ifnull(max(g.renamed), 0) FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ?1",
            [user.0],
        )?;
        Ok(Timestamp::from_millis(millis))
    }
}

impl Tx<'_> {
    /// Puts users into a group who are not in it.
    pub fn add_members(
        &self,
        group: GroupId,
        users: &[UserId],
        at: Timestamp,
        request_id: &str,
        token: &str,
    ) -> Result<()> {
        for user in users {
            self.run(
                "INSERT INTO memberships (group_id, user_id, since, request_id, token) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![group.0, user.0, at.as_millis(), request_id, token],
            )?;
        }
        self.count_members(group, users.len(), 1)
    }

    /// Takes users out of a group who are in it.
    pub fn remove_members(&self, group: GroupId, users: &[UserId]) -> Result<()> {
        for user in users {
            self.run(
                "DELETE FROM memberships WHERE group_id = ?1 AND user_id = ?2",
                params![group.0, user.0],
            )?;
        }
        self.count_members(group, users.len(), -1)
    }

    /// Takes everybody out of a group.
    pub fn remove_all_members(&self, group: GroupId) -> Result<()> {
        self.run("DELETE FROM memberships WHERE group_id = ?1", [group.0])?;
        self.run("UPDATE groups SET member_count = 0 WHERE id = ?1", [group.0])?;
        Ok(())
    }

    fn count_members(&self, group: GroupId, count: usize, sign: i64) -> Result<()> {
        if count == 0 {
            // A row that is written as it was would count as a change.
            return Ok(());
        }
        let count = i64::try_from(count).map_err(|_| Error::internal("too many members"))?;
        self.run(
            "UPDATE groups SET member_count = member_count + ?2 WHERE id = ?1",
            params![group.0, count * sign],
        )?;
        Ok(())
    }
}

fn member(row: &rusqlite::Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member { resource_id: ResourceId(row.get(0)?), display: row.get(1)?, active: row.get(2)? })
}
